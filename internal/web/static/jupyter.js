// What Jupyter has open in a frame, whichever of its applications it is, whether that
// is saved, and how to save it.

// When documents were saved, and how that went: { state, at }, by what Jupyter has of them.
const saves = new WeakMap();

// Jupyter's page may be half there, or the browser's own page of an error.
function reach(get) {
  try {
    return get() ?? undefined;
  } catch {}
}

// documents are those that are open: { path, notebook, top, dirty, saving, savedAt, save() }.
// top is the one that is seen, notebook tells whether it is one; saving is "started",
// "completed" or "failed". JupyterLab and Notebook 7 show themselves as "jupyterapp", the
// classic one as "Jupyter".
export function documents(frame) {
  const inner = reach(() => frame.contentWindow);
  return reach(() => ofApplication(inner.jupyterapp)) ?? reach(() => ofClassic(inner.Jupyter)) ?? [];
}

function ofApplication({ shell }) {
  const top = shell.currentWidget?.context;
  const contexts = new Set([...shell.widgets("main")].map((widget) => widget.context).filter((context) => context?.model));
  return [...contexts].map((context) =>
    describe(context, (note) => context.saveState.connect((_, state) => note(state)), {
      path: context.path,
      notebook: Boolean(context.model.cells),
      top: context === top,
      dirty: context.model.dirty,
      save: () => context.save(),
    }),
  );
}

function ofClassic({ notebook }) {
  const listen = (note) => {
    notebook.events.on("before_save.Notebook", () => note("started"));
    notebook.events.on("notebook_saved.Notebook", () => note("completed"));
    notebook.events.on("notebook_save_failed.Notebook", () => note("failed"));
  };
  return [
    describe(notebook, listen, {
      path: notebook.notebook_path,
      notebook: true,
      top: true,
      dirty: notebook.dirty,
      save: () => notebook.save_notebook(),
    }),
  ];
}

// describe adds how saving went, to which it listens from the first time on.
function describe(key, listen, more) {
  let save = saves.get(key);
  if (!save) {
    saves.set(key, (save = {}));
    listen((state) => {
      save.state = state;
      if (state === "completed") save.at = new Date();
      save.settled?.(state);
    });
  }
  return { ...more, saving: save.state, savedAt: save.at, isDirty: () => (key.model ?? key).dirty, settles: () => new Promise((done) => (save.settled = (state) => state !== "started" && done())) };
}

// How long one who wants to leave waits for a save, in milliseconds.
const enough = 8000;

// saveAll saves what is not saved, and tells whether all is then. Jupyter may ask
// something when it cannot save: that is not waited for.
export async function saveAll(frame) {
  const unsaved = documents(frame).filter((doc) => doc.dirty);
  const giveUp = new Promise((done) => setTimeout(done, enough));
  await Promise.all(
    unsaved.map((doc) => {
      const settled = doc.settles();
      const saved = Promise.resolve(doc.save()).catch(() => {});
      return Promise.race([saved, settled, giveUp]);
    }),
  );
  // What is told of a save may come just before it is noted.
  await new Promise((done) => setTimeout(done, 0));
  return unsaved.every((doc) => !doc.isDirty());
}
