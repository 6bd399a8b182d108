#!/bin/sh
# Programs that some tests use. Each such test skips, and says so, where its program is missing.
set -u
missing=""
for pair in chromium:chromium zsh:zsh fish:fish dciodvfy:dicom3tools dcmdump:dcmtk DicomSRValidator:pixelmed-apps Orthanc:orthanc /usr/share/orthanc/plugins/libOrthancDicomWeb.so:orthanc-dicomweb Rscript:r-cran-proc; do
    command -v "${pair%%:*}" >/dev/null 2>&1 || [ -f "${pair%%:*}" ] || missing="$missing ${pair##*:}"
done
[ -z "$missing" ] && exit 0
if ! command -v apt-get >/dev/null 2>&1; then
    echo "NOT INSTALLED:$missing (no apt-get here); the tests that need them will be skipped." >&2
    exit 0
fi
run=""
if [ "$(id -u)" -ne 0 ]; then
    if ! sudo -n true 2>/dev/null; then
        echo "NOT INSTALLED:$missing. Run: sudo apt-get install$missing (their tests will be skipped)." >&2
        exit 0
    fi
    run="sudo -n"
fi
$run apt-get update -qq >/dev/null 2>&1
# One by one, so that one package that cannot be had does not keep the others away.
for package in $missing; do
    DEBIAN_FRONTEND=noninteractive $run apt-get install -y -qq --no-install-recommends "$package" >/dev/null 2>&1 \
        || echo "NOT INSTALLED: $package; the tests that need it will be skipped." >&2
done
exit 0
