"""The figures: one file for each, from a value of the library to the model of a picture."""
