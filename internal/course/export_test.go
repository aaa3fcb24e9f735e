package course

// OnPullStep has f called at each step of a pull.
func (c *Catalog) OnPullStep(f func(step string)) { c.step = f }

// OnStep has f called after each step of a change of a course.
func (c *Catalog) OnStep(f func(step string) error) { c.reached = f }
