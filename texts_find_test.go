package nbhosting_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"html"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"text/template/parse"
)

// sentencesInGo finds what is given to T, Mark, Word, Errorf and Because.
func sentencesInGo(t *testing.T) []sentence {
	t.Helper()
	var all []sentence
	for dir, names := range goFiles(t) {
		set := token.NewFileSet()
		files := map[string]*ast.File{}
		for _, name := range names {
			file, err := parser.ParseFile(set, name, nil, parser.SkipObjectResolution)
			if err != nil {
				t.Fatal(err)
			}
			files[name] = file
		}
		takesWord := wordParameters(files)
		for name, file := range files {
			ast.Inspect(file, func(n ast.Node) bool {
				call, ok := n.(*ast.CallExpr)
				if !ok || isEnglishOnly(name) {
					return true
				}
				if on, name := calledName(call.Fun); on == "nbhosting" && name == "MessageOf" && strings.HasPrefix(dir, "internal/web") {
					t.Errorf("%s: pages tell failures by texts.Message, in the language of their reader", set.Position(call.Pos()))
				}
				arg, failure := sentenceOf(dir, call, takesWord)
				text, ok := constant(arg)
				switch {
				case ok && hasWords(text):
					all = append(all, sentence{text, set.Position(call.Pos()).String(), catalogueOf(dir)})
				case !ok && failure && name != "error.go":
					t.Errorf("%s: the sentence of a failure has to be written here, to be found by who translates it", set.Position(call.Pos()))
				}
				return true
			})
		}
	}
	return all
}

// catalogueOf names the file that has the sentences of a package.
func catalogueOf(dir string) string {
	if dir == "." {
		return "nbhosting"
	}
	return filepath.Base(dir)
}

// wordParameters returns the functions of a package that take a nbhosting.Word, and as which argument.
func wordParameters(files map[string]*ast.File) map[string]int {
	takes := map[string]int{}
	for _, file := range files {
		for _, decl := range file.Decls {
			f, ok := decl.(*ast.FuncDecl)
			if !ok {
				continue
			}
			at := 0
			for _, field := range f.Type.Params.List {
				if _, name := calledName(field.Type); name == "Word" {
					takes[f.Name.Name] = at
				}
				at += max(1, len(field.Names))
			}
		}
	}
	return takes
}

// calledName takes x.name and name apart; x is "?" if it is more than a name.
func calledName(e ast.Expr) (on, name string) {
	switch e := e.(type) {
	case *ast.Ident:
		return "", e.Name
	case *ast.SelectorExpr:
		if x, ok := e.X.(*ast.Ident); ok {
			return x.Name, e.Sel.Name
		}
		return "?", e.Sel.Name
	}
	return "", ""
}

// sentenceOf returns the argument of a call that is a sentence, or nil, and whether that of a failure.
func sentenceOf(dir string, call *ast.CallExpr, takesWord map[string]int) (arg ast.Expr, failure bool) {
	on, name := calledName(call.Fun)
	ours := on == "nbhosting" || on == "" && dir == "."
	word, isWord := takesWord[name]
	at := 0
	switch {
	case name == "T" && on != "", name == "Mark" && (on == "texts" || on == "" && dir == "internal/texts"), name == "Word" && ours:
	case name == "Errorf" && ours:
		at, failure = 1, true
	case name == "Because" && ours:
		at, failure = 2, true
	case isWord:
		at = word
	default:
		return nil, false
	}
	if len(call.Args) <= at {
		return nil, false
	}
	return call.Args[at], failure
}

func isEnglishOnly(name string) bool {
	return slices.ContainsFunc(englishOnly, func(at string) bool {
		return name == at || strings.HasPrefix(filepath.ToSlash(name), at+"/")
	})
}

// constant returns the value of string literals, added up.
func constant(e ast.Expr) (string, bool) {
	switch e := e.(type) {
	case *ast.BasicLit:
		text, err := strconv.Unquote(e.Value)
		return text, err == nil && e.Kind == token.STRING
	case *ast.BinaryExpr:
		left, ok := constant(e.X)
		right, also := constant(e.Y)
		return left + right, ok && also && e.Op == token.ADD
	case *ast.ParenExpr:
		return constant(e.X)
	}
	return "", false
}

var words = regexp.MustCompile(`\pL`)

func hasWords(text string) bool { return words.MatchString(verb.ReplaceAllString(text, "")) }

var (
	unseen    = regexp.MustCompile(`(?s)<script.*?</script>|<style.*?</style>|<!--.*?-->`)
	tag       = regexp.MustCompile(`(?s)<[^>]*>`)
	attribute = regexp.MustCompile(`\b(title|alt|placeholder|aria-label|aria-description)="[^"{]*\pL`)
)

// sentencesInPages finds what the templates say by t and words, and complains of
// what they say without.
func sentencesInPages(t *testing.T) []sentence {
	t.Helper()
	var all []sentence
	for _, name := range filesNamed(t, ".html") {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		tree := parse.New(name)
		tree.Mode = parse.SkipFuncCheck
		trees := map[string]*parse.Tree{}
		if _, err := tree.Parse(string(text), "", "", trees); err != nil {
			t.Fatal(err)
		}
		catalogue := filepath.Base(filepath.Dir(filepath.Dir(name)))
		for _, tree := range trees {
			inTemplate(tree.Root, func(s string) { all = append(all, sentence{s, name, catalogue}) })
		}
		// {{…}} may hold what looks like a tag.
		plain := unseen.ReplaceAllString(regexp.MustCompile(`(?s)\{\{.*?\}\}`).ReplaceAllString(string(text), "{}"), "")
		if at := attribute.FindString(plain); at != "" {
			t.Errorf("%s says %q in English only: write {{t \"…\"}}", name, at)
		}
		for line := range strings.Lines(html.UnescapeString(tag.ReplaceAllString(plain, "\n"))) {
			if words.MatchString(line) {
				t.Errorf("%s says %q in English only: write {{t \"…\"}}", name, strings.TrimSpace(line))
			}
		}
	}
	return all
}

func filesNamed(t *testing.T, end string) []string {
	t.Helper()
	var all []string
	err := filepath.WalkDir("internal", func(name string, d fs.DirEntry, err error) error {
		if err == nil && d.IsDir() && (d.Name() == "testdata" || d.Name() == "libraries") { // others wrote the latter
			return filepath.SkipDir
		}
		if err == nil && strings.HasSuffix(name, end) {
			all = append(all, name)
		}
		return err
	})
	if err != nil || len(all) == 0 {
		t.Fatalf("files named *%s: %q, %v", end, all, err)
	}
	return all
}

// inTemplate tells of each sentence below a node.
func inTemplate(node parse.Node, found func(string)) {
	switch n := node.(type) {
	case *parse.ListNode:
		if n != nil {
			for _, n := range n.Nodes {
				inTemplate(n, found)
			}
		}
	case *parse.ActionNode:
		inTemplate(n.Pipe, found)
	case *parse.IfNode:
		inBranch(&n.BranchNode, found)
	case *parse.RangeNode:
		inBranch(&n.BranchNode, found)
	case *parse.WithNode:
		inBranch(&n.BranchNode, found)
	case *parse.TemplateNode:
		inTemplate(n.Pipe, found)
	case *parse.PipeNode:
		if n != nil {
			for _, c := range n.Cmds {
				inCommand(c, found)
			}
		}
	}
}

func inBranch(n *parse.BranchNode, found func(string)) {
	inTemplate(n.Pipe, found)
	inTemplate(n.List, found)
	inTemplate(n.ElseList, found)
}

// inCommand reads {{t "…"}} and {{words "name" "…" …}}; either may be an argument of something else.
func inCommand(c *parse.CommandNode, found func(string)) {
	name := ""
	if ident, ok := c.Args[0].(*parse.IdentifierNode); ok {
		name = ident.Ident
	}
	for i, arg := range c.Args {
		if pipe, ok := arg.(*parse.PipeNode); ok {
			inTemplate(pipe, found)
		}
		if s, ok := arg.(*parse.StringNode); ok && (name == "t" && i == 1 || name == "words" && i > 0 && i%2 == 0) {
			found(s.Text)
		}
	}
}
