"""What Citewell promises, each promise with the experiment that could show it broken."""
