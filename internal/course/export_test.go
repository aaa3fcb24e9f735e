package course

// OnStep has f called at each step of a pull.
func (c *Catalog) OnStep(f func(step string)) { c.step = f }
