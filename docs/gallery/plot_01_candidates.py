"""
One radiograph and its candidates
=================================

A simulated shin bone with a fissure across the shaft. Candidates are numbered by strength; strong ones are
drawn solid, weak ones dashed. Dark lines (lucent) and bright ones (sclerotic) are looked for at once.
"""

# %%
# ``mx.overlay`` draws what the report shows, as a matplotlib figure.

import matplotlib.pyplot as plt

import microcal_xray as mx

radiograph = mx.read_radiograph("../../sample_data/tibia_fissure.dcm")
findings = mx.find_lines(radiograph)
figure = mx.overlay(findings)

# %%
# The first candidate from near, without and with its mark. All axes are in millimetres at the detector.

first = findings.candidates[0]
mm = radiograph.mm_per_pixel()
row, column = first.path_px.mean(axis=0) * mm
rows, columns = radiograph.pixels.shape
figure, (bare, marked) = plt.subplots(1, 2, figsize=(9, 4.4), sharex=True, sharey=True)
for axes in (bare, marked):
    axes.imshow(radiograph.pixels, extent=(0, columns * mm, rows * mm, 0), vmin=1.4, vmax=3.9)
    axes.set(xlim=(column - 22, column + 22), ylim=(row + 16, row - 16), xlabel="mm")
marked.plot(*(first.path_px.T[::-1] * mm), color="#56B4E9", linewidth=2)
bare.set(title="A dark line crosses the shaft", ylabel="mm")
marked.set_title(f"Candidate {first.id}: {first.length_mm:.1f} mm long, score {first.score:.1f}")
