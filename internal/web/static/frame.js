// Asks again for the page of a frame that does not come at first, since the network
// was away or changed for a moment: browsers leave it at a page of their own.

// How long to wait before each further try, in milliseconds.
const waits = [500, 2_000, 5_000, 10_000, 20_000];

// insist tries again until the frame's page has come once; after that, it goes where it wants.
export function insist(frame) {
  let tries = 0;
  const look = () => {
    if (frame.contentDocument) frame.removeEventListener("load", look); // not the browser's page, which nobody may look at
    else if (tries < waits.length) setTimeout(() => frame.contentWindow?.location.replace(frame.src), waits[tries++]);
  };
  frame.addEventListener("load", look);
  // The browser's page may have come before this script.
  if (frame.isConnected && !frame.contentDocument) look();
}
