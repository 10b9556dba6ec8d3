// A link that signs in by itself: a person's browser sends the form, what only looks at links does not.

const form = document.getElementById("enter");
if (form && "atOnce" in form.dataset) form.requestSubmit();
