-- Words that numbers of lines stand for (app/domain/note.py): kept once, never changed.

create table app.note (
  number bigint primary key check (number > 0),
  words text not null check (words <> '')
);
create trigger note_stays before update or delete on app.note
  for each row execute function app.forbid_change();

-- Words of the lines a run or a recalculation is about to write.
create function api.keep_notes(numbers bigint[], texts text[]) returns void
  language sql security definer set search_path = app, public, pg_temp as $$
  insert into app.note (number, words)
  select given.number, given.words from unnest(numbers, texts) as given(number, words)
  order by given.number
  on conflict (number) do nothing;
$$;

grant execute on function api.keep_notes(bigint[], text[]) to kvitok_run, kvitok_operator;
