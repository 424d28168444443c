package deals

// Zone is the picture of the zone of possible agreement.
type Zone struct{}
