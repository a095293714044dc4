"""The one picture: how much each method merges wrongly against how much it creates twice. The same bytes each time."""

from pathlib import Path

from tests.benchmarks.matching.run import OURS, Results

_FLOOR = 0.0001


def write(results: Results, path: Path) -> None:
    import matplotlib as mpl

    mpl.use("svg")
    mpl.rcParams |= {"svg.hashsalt": "matching", "svg.fonttype": "none", "font.family": "sans-serif", "font.size": 10}
    from matplotlib import pyplot as plt

    figure, axes = plt.subplots(figsize=(8, 4.2))
    ordered = sorted(results.pooled.items(), key=lambda entry: -entry[1].false_merges)
    for at, (name, one) in enumerate(ordered):
        # Logarithmic, with room for none at all at the lower end.
        point = (max(one.twice, _FLOOR), max(one.false_merges, _FLOOR))
        mine = name == OURS
        axes.scatter(*point, s=90 if mine else 40, color="#c2410c" if mine else "#475569", zorder=3)
        # In a column beside the axes, in the points' order: labels at the points would cover each other.
        axes.annotate(
            f"{name}: {one.false_merges:.2%} / {one.twice:.2%}", point,
            xytext=(1.04, 0.95 - 0.9 * at / max(1, len(ordered) - 1)), textcoords="axes fraction", va="center",
            fontsize=9, weight="bold" if mine else "normal",
            arrowprops={"arrowstyle": "-", "color": "#cbd5e1", "relpos": (0, 0.5)},
        )  # fmt: skip
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_xlim(_FLOOR / 1.5, 1)
    axes.set_ylim(_FLOOR / 1.5, 1)
    ticks = [0.0001, 0.001, 0.01, 0.1, 1]
    axes.set_xticks(ticks, ["≤ 0.01 %", "0.1 %", "1 %", "10 %", "100 %"])
    axes.set_yticks(ticks, ["≤ 0.01 %", "0.1 %", "1 %", "10 %", "100 %"])
    axes.minorticks_off()
    axes.grid(color="#e2e8f0", zorder=0)
    axes.spines[["top", "right"]].set_visible(False)
    axes.set_xlabel("created twice, of the people who were there")
    axes.set_ylabel("merged wrongly, of all submissions")
    axes.set_title("Merged wrongly / created twice: lower left is better", fontsize=10, loc="left")
    figure.tight_layout()
    figure.savefig(path, format="svg", metadata={"Date": None, "Creator": None})
    plt.close(figure)
