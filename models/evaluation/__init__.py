"""How well a detector hears: labelled utterances in, measures and a report out."""
