-- What is new may be called by those it was granted to, and by nobody else.
revoke execute on all functions in schema app, api from public;
