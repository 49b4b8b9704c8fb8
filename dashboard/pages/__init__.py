"""The handlers of the screens: read, make the view, render."""
