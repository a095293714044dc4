"""The demo website of FlexFit Fietsen / FlexFit Bikes (both fictional): plain HTML forms, no JavaScript."""
