"""The one picture: how much each method merges wrongly against how much it creates twice. The same bytes each time."""

from pathlib import Path

from tests.benchmarks.matching.run import OURS, Results


def write(results: Results, path: Path) -> None:
    import matplotlib as mpl

    mpl.use("svg")
    mpl.rcParams |= {"svg.hashsalt": "matching", "svg.fonttype": "none", "font.family": "sans-serif", "font.size": 10}
    from matplotlib import pyplot as plt

    figure, axes = plt.subplots(figsize=(7, 4.2))
    for name, one in results.pooled.items():
        # Logarithmic, with room for none at all at the lower end.
        x, y = max(one.twice, _FLOOR), max(one.false_merges, _FLOOR)
        mine = name == OURS
        axes.scatter(x, y, s=90 if mine else 40, color="#c2410c" if mine else "#475569", zorder=3)
        label = f"{name}\n{one.false_merges:.2%} / {one.twice:.2%}"
        weight = "bold" if mine else "normal"
        right = x < _MIDDLE
        axes.annotate(
            label, (x, y), xytext=(8 if right else -8, -4), textcoords="offset points", weight=weight,
            ha="left" if right else "right", va="top" if name in _BELOW else "bottom", fontsize=9,
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
    axes.set_title("Lower left is better (merged wrongly / created twice)", fontsize=10, loc="left")
    figure.tight_layout()
    figure.savefig(path, format="svg", metadata={"Date": None, "Creator": None})
    plt.close(figure)


_FLOOR = 0.0001
_MIDDLE = 0.03
_BELOW = frozenset({"exact e-mail"})
