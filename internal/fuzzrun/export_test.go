package fuzzrun

// StoppedByTime is tested by itself: the race that it answers cannot be provoked.
var StoppedByTime = stoppedByTime
