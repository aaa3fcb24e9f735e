# ---
# jupyter:
#   jupytext:
#     notebook_metadata_filter: nbhosting
#     text_representation:
#       extension: .py
#       format_name: percent
#       format_version: '1.3'
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
#   nbhosting:
#     title: Random walks
#     version: '1.0'
# ---

# %% [markdown]
# # Random walks
#
# Somebody starts at a lamp post and goes one step to the left or one to the right, as a coin tells. Then again, and again. How far away will they be after two hundred steps?
#
# One walk tells little. With **numpy**, ten thousand walks are no more work than one.

# %%
import matplotlib.pyplot as plt
import numpy as np

# %% [markdown]
# ## Arrays
#
# An *array* of numpy is a grid of numbers. One computes with it as with one number, and each of its items takes part: no loop is written, and none is slow.

# %%
numbers = np.array([1, 2, 3, 4])
numbers * 10 + 1

# %% [markdown]
# `cumsum` adds up as it goes along. So, out of steps, it makes the places that they lead to.

# %%
np.array([1, 1, -1, 1, -1, -1, -1]).cumsum()

# %% [markdown]
# ## Ten thousand walks
#
# The number given to `default_rng` makes chance repeatable: whoever runs this notebook sees the same walks. Each row of `steps` is a walk, each column a step.

# %%
walks, length = 10_000, 200

rng = np.random.default_rng(2026)
steps = rng.choice([-1, 1], size=(walks, length))
places = steps.cumsum(axis=1)

places.shape

# %%
figure, axes = plt.subplots(figsize=(8, 3.5))
axes.plot(places[:30].T, linewidth=0.8)
axes.set_xlabel("steps")
axes.set_ylabel("place")
axes.set_title("Thirty of the walks")
plt.show()

# %% [markdown]
# Nobody has come near 200. Where do they end?

# %%
ends = places[:, -1]

figure, axes = plt.subplots(figsize=(8, 3))
axes.hist(ends, bins=np.arange(-61, 63, 4), edgecolor="white")
axes.set_xlabel("place after the last step")
axes.set_ylabel("walks")
plt.show()

print("mean place:   ", ends.mean().round(2))
print("mean distance:", np.abs(ends).mean().round(2))

# %% [markdown]
# As many go left as right, so the mean *place* is close to 0. The mean *distance* is not. How does it grow?

# %%
steps_done = np.arange(1, length + 1)
distance = np.abs(places).mean(axis=0)

figure, axes = plt.subplots(figsize=(8, 3.5))
axes.plot(steps_done, distance, label="ten thousand walks")
axes.plot(steps_done, np.sqrt(2 * steps_done / np.pi), "--", label=r"$\sqrt{2n/\pi}$")
axes.set_xlabel("steps, $n$")
axes.set_ylabel("mean distance")
axes.legend()
plt.show()

# %% [markdown]
# Like the square root of the number of steps. To be twice as far away takes four times as long: this is how ink spreads in water, and why stirring helps.
#
# ## Your turn
#
# How many of the walks are back at 0 at least once after they have begun? Write the share of them, a number between 0 and 1.
#
# <details>
# <summary>First hint</summary>
#
# `places == 0` is an array of true and false, of the shape of `places`.
#
# </details>
#
# <details>
# <summary>Second hint</summary>
#
# `.any(axis=1)` tells for each row whether something in it is true. And the mean of true and false is the share of the true.
#
# </details>
#
# <details>
# <summary>A solution</summary>
#
# ```python
# def share_of_returns(places):
#     return (places == 0).any(axis=1).mean()
# ```
#
# About 94 in 100. With more steps, it comes as close to 1 as you like: on a line, everybody comes home in the end.
#
# </details>

# %%
def share_of_returns(places):
    return ...


# %%
from tour import check

small = np.array([[1, 0, 1], [-1, -2, -3], [1, 2, 1], [-1, 0, -1]])
check(share_of_returns, [((small,), 0.5)])

share_of_returns(places)
