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
