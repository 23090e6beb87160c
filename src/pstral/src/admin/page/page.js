// What the page does better with a script; without it, everything can be read and every form works.
'use strict';

// A page that comes back from the history is asked for again: it may be of somebody who has signed out.
addEventListener('pageshow', (event) => {
  if (event.persisted) location.reload();
});

// On a narrow screen the navigation may be longer than the screen.
document.querySelector('nav [aria-current="page"]')?.scrollIntoView({ block: 'nearest', inline: 'center' });

// What is wrong is read first.
document.querySelector('[data-focus]')?.focus();

// What cannot be undone is asked twice.
document.addEventListener('submit', (event) => {
  const question = event.target.dataset.ask;
  if (question && !confirm(question)) event.preventDefault();
});

// Addresses of filters hold what narrows, and nothing else.
for (const form of document.querySelectorAll('form[data-clean]')) {
  form.addEventListener('formdata', (event) => {
    for (const [name, value] of [...event.formData]) if (value.trim() === '') event.formData.delete(name);
  });
}

for (const button of document.querySelectorAll('[data-copy]')) {
  button.hidden = !navigator.clipboard;
  button.addEventListener('click', async () => {
    const field = document.getElementById(button.dataset.copy);
    field.select();
    await navigator.clipboard.writeText(field.value);
    button.textContent = button.dataset.copied;
  });
}

// How far a verification is is shown in its place: a page that is loaded again is read from its beginning.
const watch = async () => {
  const shown = document.querySelector('#verification[data-running]');
  if (!shown) return;
  try {
    const response = await fetch(location.href, { redirect: 'error' });
    if (!response.ok) throw new Error(response.statusText);
    const page = new DOMParser().parseFromString(await response.text(), 'text/html');
    shown.replaceWith(page.getElementById('verification'));
  } catch {
    // The next time may do.
  }
  setTimeout(watch, 2000);
};
setTimeout(watch, 2000);

// The audit goes on as one scrolls: the links to the pages beside it are followed when they come into view, and stay where
// that fails. After some pages they are left to be pressed: what stands below the table must be reachable.
const table = document.querySelector('table[data-turned]');
if (table) {
  const rows = table.tBodies[0];
  const pages = [{ row: rows.rows[0], address: location.href }];
  let left = 10;

  // The address is that of the page that is read.
  addEventListener('scroll', () => {
    const begun = pages.filter(({ row }) => row.getBoundingClientRect().top < innerHeight / 2);
    const { address } = begun.at(-1) ?? pages[0];
    if (address !== location.href) history.replaceState(null, '', address);
  }, { passive: true });

  const turn = async (link) => {
    const [address, isNext] = [link.href, link.rel === 'next'];
    const response = await fetch(address, { redirect: 'error' });
    if (!response.ok) throw new Error(response.statusText);
    const page = new DOMParser().parseFromString(await response.text(), 'text/html');
    const found = [...page.querySelectorAll('table[data-turned] > tbody > tr')];
    const [read, top] = [rows.rows[0], rows.rows[0].getBoundingClientRect().top];
    if (found.length > 0) {
      pages[isNext ? 'push' : 'unshift']({ row: found[0], address });
      rows[isNext ? 'append' : 'prepend'](...found);
      document.getElementById('turned').textContent = page.getElementById('turned').dataset.said;
    }
    // What is read stays where it is.
    scrollBy({ top: read.getBoundingClientRect().top - top, behavior: 'instant' });
    const further = page.querySelector(`a[rel="${link.rel}"]`);
    if (further) link.href = further.href;
    else {
      if (link === document.activeElement) rows.rows[isNext ? rows.rows.length - 1 : 0].querySelector('a').focus();
      link.remove();
    }
    return Boolean(further);
  };

  const seen = new IntersectionObserver(async (changes) => {
    for (const { isIntersecting, target } of changes) {
      if (!isIntersecting || left === 0) continue;
      left -= 1;
      seen.unobserve(target);
      try {
        if (await turn(target)) seen.observe(target);
      } catch {
        // The link is there to be pressed, and shows what is wrong.
      }
    }
  });
  for (const link of document.querySelectorAll('.pager a[rel="next"]')) seen.observe(link);
  // Who opens a page has not scrolled up to what is newer.
  addEventListener('scroll', () => {
    for (const link of document.querySelectorAll('.pager a[rel="prev"]')) seen.observe(link);
  }, { once: true, passive: true });
}
