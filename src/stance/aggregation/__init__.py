"""What many relations add up to: dyads, actors, periods, with intervals and change points."""
