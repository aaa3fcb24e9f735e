// A page of a book has no storage and no cookies. Many themes take them for
// granted and stop at the first error: here is a memory that lasts as long as the page.
(() => {
  const memory = () => {
    const kept = new Map();
    const methods = {
      getItem: key => kept.get(String(key)) ?? null,
      setItem: (key, value) => { kept.set(String(key), String(value)); },
      removeItem: key => { kept.delete(String(key)); },
      clear: () => kept.clear(),
      key: index => [...kept.keys()][index] ?? null,
    };
    return new Proxy({}, {
      get: (_, key) => key === 'length' ? kept.size : methods[key] ?? kept.get(key),
      set: (_, key, value) => { kept.set(String(key), String(value)); return true; },
      has: (_, key) => kept.has(key),
      deleteProperty: (_, key) => { kept.delete(key); return true; },
    });
  };
  for (const name of ['localStorage', 'sessionStorage']) {
    try { self[name].length; } catch { Object.defineProperty(self, name, { value: memory(), configurable: true }); }
  }
  try { document.cookie; } catch { Object.defineProperty(document, 'cookie', { get: () => '', set: () => {}, configurable: true }); }
})();
