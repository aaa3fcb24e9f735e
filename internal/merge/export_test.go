package merge

// Common returns what sequences share, for tests of how.
func Common[T comparable](a, b []T) (places [][2]int) {
	for _, p := range common(a, b) {
		places = append(places, [2]int{p.a, p.b})
	}
	return places
}
