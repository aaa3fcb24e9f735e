package web

// classroomTexts are all words of the pages for a class, script included.
type classroomTexts struct {
	Courses, NoCourses, Unpublished, Empty        string
	Open, Tracks, Track, Books, Contents, Top     string
	New, Opened, Current, Version                 string
	Notebook, Skip, Alone, NotFoundHere, Opening  string
	AskTitle, AskWhy, AskLabel, AskButton, WorkAs string
}

// english is the only catalogue so far.
var english = classroomTexts{
	Courses: "Courses", NoCourses: "There are no courses to show.",
	Unpublished: "This course has not been published yet.", Empty: "There are no notebooks in it yet.",
	Open: "Open the course", Tracks: "Tracks", Track: "Track", Books: "Books", Contents: "Contents", Top: "Title",
	New: "new", Opened: "opened", Current: "shown now", Version: "version",
	Notebook: "Notebook", Skip: "Skip to the notebook", Alone: "Notebook in a page of its own", NotFoundHere: "Nothing is open.", Opening: "Opening",
	AskTitle:  "Who are you?",
	AskWhy:    "Your work is kept under the name that you give here. Give the same one whenever you come back, and one that nobody else has.",
	AskLabel:  "Your name: letters, digits, “_”, “.” and “-”",
	AskButton: "Go on", WorkAs: "You work as",
}
