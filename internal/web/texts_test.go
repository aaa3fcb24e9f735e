package web_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/nbhosting/nbhosting/internal/app/apptest"
	"github.com/nbhosting/nbhosting/internal/runtime"
	"github.com/nbhosting/nbhosting/internal/runtime/fake"
)

// french asks as a browser of somebody who reads French does.
func (s site) french(path string) answer {
	s.t.Helper()
	return s.ask(http.MethodGet, path, "Accept", "text/html", "Sec-Fetch-Mode", "navigate", "Accept-Language", "fr-FR,fr;q=0.9,en;q=0.5")
}

func TestPagesInFrench(t *testing.T) {
	s := newClass(t)
	s.CreateCourse("empty", apptest.Repository(t, map[string]string{"README.txt": "nothing"}))
	for path, want := range map[string]string{
		"/":                                     "<h1>Des notebooks pour les cours</h1>",
		"/nowhere":                              "Il n’y a pas de page à cette adresse.",
		"/notebookLazyCopy/nowhere/a/alice":     "Il n’y a pas ici de cours nommé «\u202fnowhere\u202f».",
		"/notebookLazyCopy/class/../alice":      "Le nom du notebook ne peut pas contenir «\u202f..\u202f»",
		"/containerKill/class/alice":            "Votre serveur de notebooks est à l’arrêt",
		"/auditor/courses":                      "Qui êtes-vous\u202f?",
		"/auditor/courses?student=a/b":          "«\u202fa/b\u202f» ne peut pas être le nom de l’étudiant\u202f:",
		"/auditor/courses?student=alice":        "Vous travaillez sous le nom alice.",
		"/auditor/notebook/class?student=alice": `{"opened":"déjà ouvert","opening":"Ouverture de {title}"}`,
		"/auditor/notebook/empty?student=alice": "Il ne contient pas encore de notebook.",
		"/server/gone/secret/tree":              "Ce serveur de notebooks a été arrêté.",
	} {
		a := s.french(path)
		for _, part := range []string{`<html lang="fr">`, want} {
			if !strings.Contains(a.body, part) {
				t.Errorf("%s lacks %q:\n%s", path, part, a.body)
			}
		}
		if a.header.Get("Content-Language") != "fr" || !strings.Contains(strings.Join(a.header.Values("Vary"), ","), "Accept-Language") {
			t.Errorf("%s: got %v", path, a.header)
		}
		if english := s.person(path); english.header.Get("Content-Language") != "en" || strings.Contains(english.body, want) {
			t.Errorf("%s in English:\n%s", path, english.body)
		}
	}
}

func TestAFailureIsToldInTheLanguageOfWhoeverFollows(t *testing.T) {
	s := newSite(t)
	s.Engine.Fail(fake.Failures{Start: func(context.Context, runtime.Spec) error { return runtime.ErrNoImage }})
	at := attemptOf(t, s.french(intro).body)
	const want = "Prévenez votre enseignant\u202f: il faut la construire."
	for lang, want := range map[string]string{"fr": want, "en": "Tell your teacher: it has to be built."} {
		if a := s.ask(http.MethodGet, at+"/events", "Accept-Language", lang); !strings.Contains(a.body, want) {
			t.Errorf("%s: got %s", lang, a.body)
		}
	}
	if page := s.french(at); page.status != http.StatusNotFound || !strings.Contains(page.body, want) || !strings.Contains(page.body, "Réessayer</button>") {
		t.Errorf("got %d\n%s", page.status, page.body)
	}
	if a := s.ask(http.MethodGet, intro, "Accept", "*/*", "Accept-Language", "fr"); !strings.Contains(a.body, want) {
		t.Errorf("to a program: got %s", a.body)
	}
}
