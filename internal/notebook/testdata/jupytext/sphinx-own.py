# ---
# jupyter:
#   jupytext:
#     notebook_metadata_filter: all
#     text_representation:
#       extension: .py
#       format_name: sphinx
#       format_version: '1.1'
#       jupytext_version: 1.19.6
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
#   nbhosting:
#     title: "\xC9t\xE9: l'\xAB \xE9t\xE9 \xBB 100%"
#     version: '1.10'
#   notebookname: Elder
#   version: '0.7'
# ---

"""
# Été
"""

x = 1

""
# %%time
print(x)
