package texts

import (
	"errors"
	"fmt"
	"html/template"
	"net/http"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/nbhosting/nbhosting"
)

func TestTheLanguageIsTheBrowsers(t *testing.T) {
	for header, want := range map[string]string{
		"": "en", "*": "en", "fr": "fr", "fr-FR,fr;q=0.9,en;q=0.8": "fr", "fr-CA": "fr", "en-US,en;q=0.9,fr;q=0.8": "en", "fr;q=0.3, en;q=0.7": "en",
		"de,fr;q=0.5": "fr", "de": "en", "zh-Hant-TW": "en", "nonsense;;q=x": "en", "fr," + strings.Repeat("x", 10_000): "en", "\x00": "en",
	} {
		r := &http.Request{Header: http.Header{"Accept-Language": {header}}}
		if got := For(r).Lang(); got != want {
			t.Errorf("%.40q: got %s, want %s", header, got, want)
		}
	}
	if got := For(&http.Request{}).Lang(); got != "en" {
		t.Errorf("without a header: got %s", got)
	}
}

func TestFailuresAreToldInTheReadersLanguage(t *testing.T) {
	_, name := nbhosting.ParseStudent(strings.Repeat("x", 1200))
	absent := nbhosting.Errorf(nbhosting.NotFound, "There is no course named %q here.", nbhosting.CourseName("a\"b"))
	for _, c := range []struct {
		err             error
		english, french string
	}{
		{name, "The name of the student is too long: 1,200 bytes, where 150 are allowed.", "Le nom de l’étudiant est trop long\u202f: 1\u00a0200 octets, alors que 150 sont permis."},
		{fmt.Errorf("open: %w", absent), `There is no course named "a\"b" here.`, "Il n’y a pas ici de cours nommé «\u202fa\"b\u202f»."},
		{
			nbhosting.Because(errors.New("secret"), nbhosting.Timeout, "Your notebook server did not answer within %s. Try again; if that does not help, tell your teacher.", 90*time.Second),
			"Your notebook server did not answer within 1 minute 30 seconds. Try again; if that does not help, tell your teacher.",
			"Votre serveur de notebooks n’a pas répondu en 1 minute 30 secondes. Réessayez\u202f; si cela ne suffit pas, prévenez votre enseignant.",
		},
		{errors.New("secret"), "Something went wrong on our side. The administrator finds the cause in the log.", "Une erreur s’est produite de notre côté. L’administrateur en trouvera la cause dans le journal."},
		{nbhosting.Errorf(nbhosting.Conflict, "Nobody has translated 100%% of %q.", "this"), `Nobody has translated 100% of "this".`, `Nobody has translated 100% of "this".`},
		{&nbhosting.Error{Message: "50% of it"}, "50% of it", "50% of it"},
	} {
		for lang, want := range map[string]string{"en": c.english, "fr": c.french} {
			if got := Message(Accepted(lang), c.err); got != want {
				t.Errorf("got  %s\nwant %s", got, want)
			}
		}
	}
}

func TestMeasures(t *testing.T) {
	now := time.Date(2026, time.August, 1, 12, 0, 0, 0, time.UTC)
	for lang, want := range map[string][]string{
		"en": {
			"0~bytes", "1~byte", "1,023~bytes", "1~KB", "1.5~KB", "10~KB", "1~MB", "512~MB", "2,048~TB",
			"0 seconds", "1 second", "1 minute", "1 minute 1 second", "1 hour", "1 hour 5 minutes", "1 day", "2 days 1 hour",
			"just now", "just now", "2 minutes ago", "23 hours ago", "10 days ago", "31 July 2026, 23:30 UTC",
		},
		"fr": {
			"0~octet", "1~octet", "1~023~octets", "1~Ko", "1,5~Ko", "10~Ko", "1~Mo", "512~Mo", "2~048~To",
			"0 seconde", "1 seconde", "1 minute", "1 minute 1 seconde", "1 heure", "1 heure 5 minutes", "1 jour", "2 jours 1 heure",
			"à l’instant", "à l’instant", "il y a 2 minutes", "il y a 23 heures", "il y a 10 jours", "31 juillet 2026 à 23:30 UTC",
		},
	} {
		p := *Accepted(lang)
		p.now = func() time.Time { return now }
		var got []string
		for _, n := range []int64{0, 1, 1023, 1024, 1536, 10 << 10, 1<<20 - 1, 512 << 20, 2 << 50} {
			got = append(got, strings.ReplaceAll(p.Bytes(n), "\u00a0", "~"))
		}
		for _, d := range []time.Duration{
			400 * time.Millisecond, 600 * time.Millisecond, 59*time.Second + 700*time.Millisecond, 61 * time.Second, 59*time.Minute + 59*time.Second + 700*time.Millisecond,
			time.Hour + 5*time.Minute + 10*time.Second, 23*time.Hour + 59*time.Minute + 45*time.Second, 49*time.Hour + 29*time.Minute,
		} {
			got = append(got, p.Duration(d))
		}
		for _, d := range []time.Duration{-time.Hour, 59 * time.Second, 179 * time.Second, 24*time.Hour - 1, 10*24*time.Hour + 1} {
			got = append(got, p.Ago(now.Add(-d)))
		}
		got = append(got, p.Date(time.Date(2026, time.August, 1, 1, 30, 0, 0, time.FixedZone("", 2*3600))))
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", lang, diff)
		}
	}
}

func TestTemplates(t *testing.T) {
	const text = `{{lang}} {{t "You work as %s." .Name}} {{date .At}} {{bytes 2048}} {{duration .For}} {{words "a" "Opening {title}" "b" "</script>"}}`
	page := template.Must(template.New("").Funcs(Accepted("fr").Funcs()).Parse(text))
	var out strings.Builder
	data := map[string]any{"Name": "<b>", "At": time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), "For": time.Hour}
	if err := page.Execute(&out, data); err != nil {
		t.Fatal(err)
	}
	want := `fr Vous travaillez sous le nom &lt;b&gt;. <time datetime="2026-01-02T03:04:05Z" data-show="date">2 janvier 2026 à 03:04 UTC</time> 2` + "\u00a0" + `Ko 1 heure ` +
		`<script type="application/json" id="words">{"a":"Ouverture de {title}","b":"\u003c/script\u003e"}` + "\n</script>"
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestFilesWithFaults(t *testing.T) {
	for text, want := range map[string]string{
		"a: x\na: y":                 "already defined",
		"a: {one: x}":                "other",
		"a: [x]":                     "cannot unmarshal",
		"a: {by: 2, other: x, z: 1}": "",
	} {
		_, err := entriesIn(fstest.MapFS{"fr/a.yaml": {Data: []byte(text)}}, "fr")
		if (want == "") != (err == nil) || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want %q", text, err, want)
		}
	}
	two := fstest.MapFS{"fr/a.yaml": {Data: []byte("k: x")}, "fr/b.yaml": {Data: []byte("k: y")}}
	if _, err := entriesIn(two, "fr"); err == nil {
		t.Error("two translations of one sentence are taken")
	}
}
