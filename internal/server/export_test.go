package server

import "time"

// OnStep has f called at each step of a start and of a stop.
func (m *Manager) OnStep(f func(step string)) { m.step = f }

// SetArrival sets how long a server is kept for somebody who was led to it.
func (m *Manager) SetArrival(d time.Duration) { m.arrival = d }
