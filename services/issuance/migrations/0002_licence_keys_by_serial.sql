-- The column that tells licences apart comes first. With type and issuer first both indices looked alike to the planner while
-- the table was small, and a look-up by serial read every licence of its issuer through the index of numbers.
ALTER TABLE licence DROP CONSTRAINT licence_identity, DROP CONSTRAINT licence_number;
ALTER TABLE licence
  ADD CONSTRAINT licence_identity UNIQUE (serial, type_code, issuer_code),
  ADD CONSTRAINT licence_number UNIQUE (number_index, type_code, issuer_code);
