package settings

import (
	"strings"
	"unicode/utf8"
)

// token is a part of the pattern of a name: exactly one of its fields is set.
type token struct {
	literal string
	star    bool   // any characters, or none
	set     *class // one character
}

// class is a set of characters.
type class struct {
	negated bool
	ranges  [][2]rune
}

func (c *class) holds(r rune) bool {
	for _, span := range c.ranges {
		if span[0] <= r && r <= span[1] {
			return !c.negated
		}
	}
	return c.negated
}

// tokenize takes the pattern of a name apart, by the rules of Python's fnmatch:
// there is no escape character, and a “[” that nothing closes is itself.
func tokenize(s string) []token {
	var tokens []token
	for s != "" {
		switch s[0] {
		case '*':
			tokens = append(tokens, token{star: true})
			s = strings.TrimLeft(s, "*")
			continue
		case '?':
			tokens = append(tokens, token{set: &class{negated: true}})
			s = s[1:]
			continue
		case '[':
			if body, rest, found := cutClass(s); found {
				tokens = append(tokens, token{set: parseClass(body)})
				s = rest
				continue
			}
		}
		n := strings.IndexAny(s[1:], "*?[") + 1
		if n == 0 {
			n = len(s)
		}
		tokens = append(tokens, token{literal: s[:n]})
		s = s[n:]
	}
	return tokens
}

// cutClass parts a text that begins with “[” after the bracket that closes it.
// One that comes first, or first after “!”, is a member.
func cutClass(s string) (body, rest string, found bool) {
	from := 1
	if strings.HasPrefix(s[from:], "!") {
		from++
	}
	if strings.HasPrefix(s[from:], "]") {
		from++
	}
	end := strings.IndexByte(s[from:], ']')
	if end < 0 {
		return "", "", false
	}
	return s[1 : from+end], s[from+end+1:], true
}

// parseClass reads the members of a class. Python drops a range that ends
// before it begins, and only then looks at how the class begins: a “!” that has
// come to the front that way negates, and leaves “-” a member.
func parseClass(body string) *class {
	c := &class{}
	body, c.negated = strings.CutPrefix(body, "!")
	members := []rune(body)
	dropped := false
	for i := 0; i < len(members); i++ {
		low, high := members[i], members[i]
		isRange := i+2 < len(members) && members[i+1] == '-'
		if isRange {
			high = members[i+2]
			i += 2
		}
		switch {
		case low > high:
			dropped = true
		case low == '!' && dropped && !c.negated && len(c.ranges) == 0:
			c.negated = true
			if isRange {
				c.ranges = append(c.ranges, [2]rune{'-', '-'}, [2]rune{high, high})
			}
		default:
			c.ranges = append(c.ranges, [2]rune{low, high})
		}
	}
	return c
}

// matchTokens goes through both sides once; where a character does not match,
// it comes back to the last “*” and lets that stand for one character more.
func matchTokens(tokens []token, name string) bool {
	if !strings.HasSuffix(name, tokens[len(tokens)-1].literal) {
		return false
	}
	t, n := 0, 0
	lastT, lastN := -1, 0
	for n < len(name) || t < len(tokens) {
		if t < len(tokens) {
			if tokens[t].star {
				if t == len(tokens)-1 {
					return true
				}
				lastT, lastN = t, n
				t++
				continue
			}
			if size := tokens[t].width(name[n:]); size > 0 {
				t++
				n += size
				continue
			}
		}
		if lastT < 0 || lastN >= len(name) {
			return false
		}
		lastN += skip(tokens[lastT+1], name[lastN:])
		t, n = lastT+1, lastN
	}
	return true
}

// skip returns how many bytes more of s, which is not empty, a “*” has to stand
// for, so that next may match after it.
func skip(next token, s string) int {
	_, size := utf8.DecodeRuneInString(s)
	if next.set != nil {
		return size
	}
	if i := strings.Index(s[size:], next.literal); i >= 0 {
		return size + i
	}
	return len(s)
}

// width returns how many bytes at the start of s the token matches, 0 for no match.
func (t token) width(s string) int {
	if t.set == nil {
		if strings.HasPrefix(s, t.literal) {
			return len(t.literal)
		}
		return 0
	}
	if s == "" {
		return 0
	}
	r, size := utf8.DecodeRuneInString(s)
	if !t.set.holds(r) {
		return 0
	}
	return size
}
