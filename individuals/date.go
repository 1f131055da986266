package individuals

import (
	"errors"
	"fmt"
	"time"
)

// A Date is a day of the Gregorian calendar from 0001-01-01 to 9999-12-31, in no
// zone: what people write in a form. The zero Date is none, a blank field.
// Dates are comparable.
type Date struct {
	year       uint16
	month, day uint8
}

var (
	earliest = Date{1, 1, 1}
	latest   = Date{9999, 12, 31}
)

// NewDate returns the date of year, month and day. A day that its month does not
// have is an error, never a day of the next month.
func NewDate(year int, month time.Month, day int) (Date, error) {
	if !isDay(year, month, day) {
		return Date{}, fmt.Errorf("individuals: date: %d-%d-%d: no such day from year 1 to 9999", year, month, day)
	}
	return Date{uint16(year), uint8(month), uint8(day)}, nil
}

// ParseDate parses a full date of RFC 3339 §5.6, such as "2026-04-20": ten
// characters, nothing else. Days that do not exist and the year 0000 are errors;
// so is "", for which callers who allow none have the zero Date.
func ParseDate(s string) (Date, error) {
	date, err := parseDate(s)
	if err != nil {
		if len(s) > 64 {
			s = s[:64] + "..."
		}
		return Date{}, fmt.Errorf("individuals: parse date: %q: %w", s, err)
	}
	return date, nil
}

func parseDate(s string) (Date, error) {
	if len(s) != len("2006-01-02") || s[4] != '-' || s[7] != '-' {
		return Date{}, errors.New("not a date: write year, month and day, such as 2026-04-20")
	}
	var numbers [3]int
	for i, field := range [3]string{s[:4], s[5:7], s[8:]} {
		for j := range len(field) {
			if field[j] < '0' || field[j] > '9' {
				return Date{}, errors.New("not a date: write year, month and day, such as 2026-04-20")
			}
			numbers[i] = 10*numbers[i] + int(field[j]-'0')
		}
	}
	year, month, day := numbers[0], time.Month(numbers[1]), numbers[2]
	if !isDay(year, month, day) {
		return Date{}, errors.New("no such day from year 1 to 9999")
	}
	return Date{uint16(year), uint8(month), uint8(day)}, nil
}

func isDay(year int, month time.Month, day int) bool {
	if year < 1 || year > 9999 || month < time.January || month > time.December || day < 1 || day > 31 {
		return false
	}
	return time.Date(year, month, day, 0, 0, 0, 0, time.UTC).Day() == day
}

// IsZero reports whether d is no date.
func (d Date) IsZero() bool { return d == Date{} }

// Year returns the year, from 1 to 9999, or 0 for no date.
func (d Date) Year() int { return int(d.year) }

// Month returns the month, or 0 for no date.
func (d Date) Month() time.Month { return time.Month(d.month) }

// Day returns the day of the month, from 1, or 0 for no date.
func (d Date) Day() int { return int(d.day) }

// Before reports whether d is an earlier day than other. No date is before every
// date.
func (d Date) Before(other Date) bool {
	if d.year != other.year {
		return d.year < other.year
	}
	if d.month != other.month {
		return d.month < other.month
	}
	return d.day < other.day
}

// AddDays returns the date n days after d, or before it if n is negative. It
// stops at 0001-01-01 and at 9999-12-31. No date stays none.
func (d Date) AddDays(n int) Date {
	if d.IsZero() {
		return d
	}
	// Compared as differences, since d.number()+n could overflow.
	number, first, last := d.number(), earliest.number(), latest.number()
	switch {
	case n > last-number:
		return latest
	case n < first-number:
		return earliest
	}
	day := time.Unix(int64(number+n)*secondsPerDay, 0).UTC()
	return Date{uint16(day.Year()), uint8(day.Month()), uint8(day.Day())}
}

const secondsPerDay = 24 * 60 * 60

// midnight returns the Unix time, in seconds, of the beginning of d in UTC.
func (d Date) midnight() int64 {
	return time.Date(d.Year(), d.Month(), d.Day(), 0, 0, 0, 0, time.UTC).Unix()
}

// number returns the number of days from 1970-01-01 to d.
func (d Date) number() int { return int(d.midnight() / secondsPerDay) }

// String returns d as "2006-01-02", or "" for no date.
func (d Date) String() string {
	if d.IsZero() {
		return ""
	}
	return fmt.Sprintf("%04d-%02d-%02d", d.year, d.month, d.day)
}

// MarshalText implements [encoding.TextMarshaler] with [Date.String].
func (d Date) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText implements [encoding.TextUnmarshaler]: "" is no date, else as
// [ParseDate]. On an error d stays as it was.
func (d *Date) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*d = Date{}
		return nil
	}
	parsed, err := ParseDate(string(text))
	if err != nil {
		return err
	}
	*d = parsed
	return nil
}
