package jupyter

import _ "embed" // for the program

// StartProgram is a Python program that starts JupyterLab, and with it Notebook,
// in well under half the time that the command jupyter-lab takes. It is to be run by
// the Python that has Jupyter, isolated ("python3 -I"), and takes jupyter-lab's options.
//
//go:embed start.py
var StartProgram []byte
