# ---
# jupyter:
#   jupytext:
#     notebook_metadata_filter: nbhosting
#     text_representation:
#       extension: .py
#       format_name: hydrogen
#       format_version: '1.3'
#       jupytext_version: 1.19.6
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
#   nbhosting:
#     title: "\xC9t\xE9: l'\xAB \xE9t\xE9 \xBB 100%"
#     version: '1.10'
# ---

# %% [markdown]
# # Été

# %%
x = 1

# %%
%%time
print(x)
