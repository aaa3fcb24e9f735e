package monitor

// Use is what the servers used, and what was in them, when they were last looked at.
type Use struct {
	Kernels     map[string]int // by what they say of themselves: idle, busy, starting, other
	MemoryBytes int64
	Cores       float64
}

// Use adds up what is known of all servers.
func (m *Monitor) Use() Use {
	u := Use{Kernels: map[string]int{"idle": 0, "busy": 0, "starting": 0, "other": 0}}
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, w := range m.watched {
		u.MemoryBytes += w.usage.MemoryBytes
		u.Cores += w.rate
		for _, k := range w.kernels {
			state := k.State
			if _, known := u.Kernels[state]; !known { // a student's server may say anything
				state = "other"
			}
			u.Kernels[state]++
		}
	}
	return u
}
