package history

import "time"

// rule says which versions stay.
type rule struct {
	all    time.Duration // younger ones do
	hourly time.Duration // of these, the last of each hour; of older ones, the last of each of:
	period time.Duration
}

const day = 24 * time.Hour

var (
	usual = rule{all: day, hourly: 7 * day, period: day}
	// harder ones are for a history that is full.
	harder = []rule{
		{all: time.Hour, hourly: day, period: day},
		{period: day},
		{period: 7 * day},
	}
)

// replacedStays is how long a version stays that another was put in place of.
const replacedStays = 7 * day

// settled is the age from which on nothing more is thinned by the usual rule.
const settled = 8 * day

// stay tells of each version whether it does. Besides what the rule says, these
// do: the newest one, the newest base of merges, and what was replaced in the
// last week, with what replaced it. Hours and days are those of UTC.
func (r rule) stay(entries []entry, now time.Time) []bool {
	stays := make([]bool, len(entries))
	type bucket struct{ length, number int64 }
	later := map[bucket]bool{} // those in which there is a later version
	for i := len(entries) - 1; i >= 0; i-- {
		e := entries[i]
		age := now.Sub(time.UnixMilli(e.Milli))
		hour := bucket{time.Hour.Milliseconds(), e.Milli / time.Hour.Milliseconds()}
		period := bucket{r.period.Milliseconds(), e.Milli / r.period.Milliseconds()}
		if age <= r.all || age <= r.hourly && !later[hour] || age > r.hourly && !later[period] {
			stays[i] = true
		}
		later[hour], later[period] = true, true
		if e.Why.replaces() && age <= replacedStays {
			stays[i] = true
			if j := replacedBy(entries, i); j >= 0 {
				stays[j] = true
			}
		}
	}
	if len(entries) > 0 {
		stays[len(entries)-1] = true
	}
	if i := lastBase(entries); i >= 0 {
		stays[i] = true
	}
	return stays
}

// replacedBy returns the version in place of which another one was put, or -1.
func replacedBy(entries []entry, i int) int {
	for i--; i >= 0; i-- {
		if entries[i].Why != Course {
			return i
		}
	}
	return -1
}
