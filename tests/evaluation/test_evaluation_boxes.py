"""Truth in boxes, in the folders in which FracAtlas and GRAZPEDWRI-DX come: small made ones."""

import json

import pytest

from microcal_xray.evaluation.boxes_yolo import class_names
from microcal_xray.evaluation.candidate_lists import CandidateList
from microcal_xray.evaluation.foreign import UnreadableTruthError
from microcal_xray.evaluation.truth import Box
from microcal_xray.evaluation.truth_files import read_truth

COCO = {
    "categories": [{"id": 0, "name": "fractured"}],
    "images": [
        {"id": 1, "file_name": "IMG0000019.jpg", "height": 454, "width": 373},
        {"id": 2, "file_name": "IMG0000020.jpg", "height": 100, "width": 200},
    ],
    "annotations": [
        {"id": 1, "image_id": 1, "category_id": 0, "bbox": [10, 20, 30, 40], "segmentation": [[]]},
        {"id": 2, "image_id": 2, "category_id": 0, "bbox": [1.5, 2.5, 3, 4]},
        {"id": 3, "image_id": 2, "category_id": 0, "bbox": [50, 60, 7, 8]},
    ],
}
FRACATLAS_HEAD = "image_id,hand,leg,hip,shoulder,mixed,hardware,multiscan,fractured,fracture_count\n"
GRAZ_HEAD = (
    "filestem,patient_id,study_number,timehash,gender,age,laterality,projection,initial_exam,ao_classification,"
    "cast,diagnosis_uncertain,osteopenia,fracture_visible,metal,pixel_spacing,device_manufacturer\n"
)
STEM = "0069_0502540283_01_WRI-L1_M013"


def sizes(*stems, rows=200, columns=100):
    return [CandidateList(f"images/{stem}.png", True, rows, columns) for stem in stems]


def sides(true):
    return true.box.top_px, true.box.left_px, true.box.bottom_px, true.box.right_px


def fracatlas(tmp_path, table=True):
    (tmp_path / "Annotations" / "COCO JSON").mkdir(parents=True)
    (tmp_path / "Annotations" / "YOLO").mkdir()
    for part in ("Fractured", "Non_fractured"):
        (tmp_path / "images" / part).mkdir(parents=True)
    (tmp_path / "Annotations" / "COCO JSON" / "COCO_fracture_masks.json").write_text(json.dumps(COCO))
    if table:
        rows = [
            "IMG0000019.jpg,0,1,0,0,0,0,0,1,1",
            "IMG0000020.jpg,1,0,0,0,0,0,0,1,2",
            "IMG0000021.jpg,0,1,1,0,1,0,0,0,0",
        ]
        (tmp_path / "dataset.csv").write_text(FRACATLAS_HEAD + "\n".join(rows) + "\n")
    return tmp_path


def graz(tmp_path, *, names=None, label="3 0.5 0.5 0.2 0.1\n8 0.1 0.1 0.1 0.1\n"):
    labels = tmp_path / "folder_structure" / "yolov5" / "labels"
    labels.mkdir(parents=True)
    (tmp_path / "images").mkdir()
    (labels / f"{STEM}.txt").write_text(label)
    (labels / "0078_1212376595_01_WRI-L1_M011.txt").write_text("")
    if names is not None:
        (labels.parent / "meta.yaml").write_text(names)
    return tmp_path


def test_fracatlas_is_read_with_its_pictures_without_fracture(tmp_path):
    one, two, three = read_truth(fracatlas(tmp_path))
    assert one.boxes[0].box == Box(
        19.5, 9.5, 59.5, 39.5
    )  # x 10 y 20, 30 wide, 40 high, from corners to centres
    assert (one.rows, one.columns, one.anatomy) == (454, 373, "leg")
    assert len(two.boxes) == 2
    assert (three.boxes, three.rows, three.anatomy) == ((), None, "leg+hip")
    assert one.patient is None


def test_fracatlas_without_its_table_has_the_fractured_pictures_alone(tmp_path):
    assert len(read_truth(fracatlas(tmp_path, table=False))) == 2


def test_fracatlas_as_yolo_text_reads_too(tmp_path):
    folder = tmp_path / "Annotations" / "YOLO"
    folder.mkdir(parents=True)
    (folder / "IMG0000019.txt").write_text("0 0.5 0.25 0.2 0.1\n")
    (folder / "IMG0000021.txt").write_text("")
    one, two = read_truth(folder, candidates=sizes("IMG0000019", "IMG0000021"))
    assert sides(one.boxes[0]) == pytest.approx((39.5, 39.5, 59.5, 59.5))
    assert two.boxes == ()


def test_a_fractured_picture_needs_a_box(tmp_path):
    folder = fracatlas(tmp_path)
    (folder / "dataset.csv").write_text(FRACATLAS_HEAD + "IMG0000099.jpg,0,1,0,0,0,0,0,1,1\n")
    with pytest.raises(UnreadableTruthError, match=r"IMG0000099\.jpg is fractured but has no box"):
        read_truth(folder)


def test_a_coco_file_alone_reads(tmp_path):
    path = tmp_path / "annotations.json"
    path.write_text(
        json.dumps(
            {**COCO, "images": [*COCO["images"], {"id": 9, "file_name": "n.jpg", "height": 5, "width": 5}]}
        )
    )
    assert [len(image.boxes) for image in read_truth(path)] == [1, 2, 0]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"annotations": [{"image_id": 1, "category_id": 0, "bbox": [1, 2, -3, 4]}]}, "bbox is"),
        ({"annotations": [{"image_id": 1, "category_id": 0, "bbox": [1, 2, 3]}]}, "bbox is"),
        ({"annotations": [{"image_id": 1, "category_id": 0, "bbox": "all"}]}, "bbox is"),
        ({"annotations": [{"image_id": 77, "category_id": 0, "bbox": [1, 2, 3, 4]}]}, "image_id 77"),
        ({"images": [{"id": 1, "file_name": "a.jpg", "height": 1}], "annotations": []}, "width is missing"),
        ({"categories": [{"id": 1}]}, "name is missing"),
    ],
)
def test_a_bad_coco_file_is_named_in_one_line(tmp_path, change, message):
    path = tmp_path / "annotations.json"
    path.write_text(json.dumps({**COCO, **change}))
    with pytest.raises(UnreadableTruthError) as error:
        read_truth(path)
    assert message in str(error.value)
    assert "\n" not in str(error.value)


def test_grazpedwri_is_read_with_its_patients(tmp_path):
    folder = graz(tmp_path)
    (folder / "dataset.csv").write_text(GRAZ_HEAD + f"{STEM},69,1,1,M,13,L,1,1,,,,,1,,0.144,Siemens\n")
    one, two = read_truth(folder, candidates=sizes(STEM, "0078_1212376595_01_WRI-L1_M011"))
    assert [box.name for box in one.boxes] == ["fracture"]
    assert [mimic.name for mimic in one.mimics] == ["text"]
    assert sides(one.boxes[0]) == pytest.approx((89.5, 39.5, 109.5, 59.5))
    assert (one.spacing_mm, one.patient, one.anatomy) == ((0.144, 0.144), "69", "wrist")
    # Without a row in the table, the patient is the first number of the file name.
    assert (two.boxes, two.spacing_mm, two.patient) == ((), None, "78")


def test_other_classes_can_be_asked_for(tmp_path):
    (one,) = read_truth(graz(tmp_path), candidates=sizes(STEM), classes=("fracture", "Text"))
    assert [box.name for box in one.boxes] == ["fracture", "text"]
    assert one.mimics == ()


@pytest.mark.parametrize(
    "yaml",
    [
        "train: x\nnc: 4\nnames: ['a', \"b\", c, fracture]\n",
        "names:\n  0: a\n  1: b\n  2: c\n  3: fracture\nnc: 4\n",
        "nc: 4\nnames:\n- a\n- b\n- c\n- fracture\n",
    ],
)
def test_the_names_of_the_classes_come_from_beside_the_labels(tmp_path, yaml):
    folder = graz(tmp_path, names=yaml)
    assert class_names(folder / "folder_structure" / "yolov5" / "labels") == ("a", "b", "c", "fracture")
    (one,) = read_truth(folder, candidates=sizes(STEM))
    assert [box.name for box in one.boxes] == ["fracture"]


def test_a_polygon_becomes_its_box(tmp_path):
    (one,) = read_truth(graz(tmp_path, label="3 0.1 0.2 0.5 0.2 0.3 0.6\n"), candidates=sizes(STEM))
    assert sides(one.boxes[0]) == pytest.approx((39.5, 9.5, 119.5, 49.5))


@pytest.mark.parametrize(
    "label",
    [
        "3 0.5 0.5\n",
        "3 0.5 0.5 0.2 x\n",
        "3 0.5 1.5 0.2 0.2\n",
        "1.5 0.5 0.5 0.1 0.1\n",
        "-1 0.5 0.5 0.1 0.1\n",
        "3 nan 0.5 0.1 0.1\n",
        "inf 0.5 0.5 0.1 0.1\n",
    ],
)
def test_a_bad_label_is_named_with_its_line(tmp_path, label):
    with pytest.raises(UnreadableTruthError, match=r"line 1: .* is no YOLO label"):
        read_truth(graz(tmp_path, label=label), candidates=sizes(STEM))


def test_a_folder_without_any_truth_is_named(tmp_path):
    with pytest.raises(UnreadableTruthError, match="no YOLO label files"):
        read_truth(tmp_path)


def test_labels_of_other_pictures_are_left_out(tmp_path):
    with pytest.raises(UnreadableTruthError, match="no picture of the candidates file"):
        read_truth(graz(tmp_path), candidates=sizes("another"))
