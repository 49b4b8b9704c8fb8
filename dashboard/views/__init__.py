"""What each screen shows, as data: templates only lay it out."""
