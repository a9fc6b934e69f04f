"""An event in numbers: for organisers as they are, for everybody as open data in which nobody is found (decision 0034)."""
