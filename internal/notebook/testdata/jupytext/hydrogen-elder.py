# ---
# jupyter:
#   jupytext:
#     notebook_metadata_filter: all
#     text_representation:
#       extension: .py
#       format_name: hydrogen
#       format_version: '1.3'
#       jupytext_version: 1.19.6
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
#   notebookname: Elder
#   version: '1.0'
# ---

# %% [markdown]
# # Été

# %%
x = 1

# %%
%%time
print(x)
