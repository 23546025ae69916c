"""One file for each notation that ``convert`` knows: a module here with a ``FORM`` is registered by being here."""
