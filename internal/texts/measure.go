package texts

import (
	"math"
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/number"
)

// Bytes says a size, in units of 1024. It is never broken into two lines.
func (p *Printer) Bytes(n int64) string {
	units := []string{"", Mark("%v KB"), Mark("%v MB"), Mark("%v GB"), Mark("%v TB")}
	value, unit := float64(n), 0
	// What would be said as 1024 is one of the next unit.
	for unit < len(units)-1 && math.Round(value) >= 1024 {
		value /= 1024
		unit++
	}
	if unit == 0 {
		return together(p.T("%d bytes", n))
	}
	digits := 0
	if math.Round(value*10)/10 < 10 {
		digits = 1
	}
	return together(p.T(units[unit], number.Decimal(value, number.MaxFractionDigits(digits))))
}

func together(s string) string { return strings.ReplaceAll(s, " ", "\u00a0") }

// Duration says a duration to two units at most: "2 minutes", "1 hour 5 minutes".
func (p *Printer) Duration(d time.Duration) string {
	units := []struct {
		unit time.Duration
		text string
	}{
		{24 * time.Hour, Mark("%d days")}, {time.Hour, Mark("%d hours")}, {time.Minute, Mark("%d minutes")}, {time.Second, Mark("%d seconds")},
	}
	for i, u := range units[:len(units)-1] {
		next := units[i+1]
		rounded := d.Round(next.unit)
		if rounded < u.unit {
			continue
		}
		n, rest := int64(rounded/u.unit), int64(rounded%u.unit/next.unit)
		if rest == 0 {
			return p.T(u.text, n)
		}
		return p.T(u.text, n) + " " + p.T(next.text, rest)
	}
	last := units[len(units)-1]
	return p.T(last.text, int64(d.Round(last.unit)/last.unit))
}

// Ago says how long ago a time is, in its largest unit.
func (p *Printer) Ago(at time.Time) string {
	ago := p.now().Sub(at)
	switch {
	case ago < time.Minute:
		return p.T("just now")
	case ago < time.Hour:
		ago = ago.Truncate(time.Minute)
	case ago < 24*time.Hour:
		ago = ago.Truncate(time.Hour)
	default:
		ago = ago.Truncate(24 * time.Hour)
	}
	return p.T("%s ago", ago)
}

// Date says a time to the minute, as it is in UTC: where its reader is, only their
// browser knows, and a script in the page says it again as it is there.
func (p *Printer) Date(at time.Time) string {
	at = at.UTC()
	// Years are not numbers: 2026, not 2,026.
	return p.T("%s %s %s, %s UTC", strconv.Itoa(at.Day()), p.T(months()[at.Month()-1]), strconv.Itoa(at.Year()), at.Format("15:04"))
}

func months() []string {
	return []string{
		Mark("January"), Mark("February"), Mark("March"), Mark("April"), Mark("May"), Mark("June"), Mark("July"),
		Mark("August"), Mark("September"), Mark("October"), Mark("November"), Mark("December"),
	}
}
