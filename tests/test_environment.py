import json
import platform
import sys

import cv2
import numpy
import pydicom
import scipy
import skimage

from microcal_xray import __version__
from microcal_xray.environment import installed_versions, package_version, platform_words


def test_each_version_is_that_of_the_package_itself():
    versions = installed_versions()
    assert versions["microcal_xray"] == __version__
    assert versions["python"].split()[1] == ".".join(map(str, sys.version_info[:3]))
    for name, package in {
        "numpy": numpy,
        "scipy": scipy,
        "scikit-image": skimage,
        "pydicom": pydicom,
    }.items():
        assert versions[name] == package.__version__
    assert versions["opencv"].startswith(cv2.__version__)  # wheels add a number of their own


def test_a_package_that_is_not_installed_has_no_version():
    assert package_version("no-such-package-anywhere") is None


def test_the_platform_does_not_tell_which_machine_it_is():
    words = json.dumps(platform_words())
    assert platform.node() not in words
    assert platform.release() not in words
    assert set(platform_words()) == {"system", "machine"}
