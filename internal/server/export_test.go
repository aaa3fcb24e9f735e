package server

// OnStep has f called at each step of a start and of a stop.
func (m *Manager) OnStep(f func(step string)) { m.step = f }
