(* collects.ml - deep recursion, exceptions and full collections: the collector looks up the
   return address of every frame on the stack. *)
exception Done of int

let rec build count =
  if count = 0 then []
  else
    let rest = build (count - 1) in
    String.make ((count land 15) + 1) 'x' :: rest

let rec dig depth sum =
  if depth = 0 then raise (Done sum)
  else 1 + dig (depth - 1) (sum + List.length (build 200))

let () =
  let sum = ref 0 and table = Hashtbl.create 10 in
  for round = 1 to 50 do
    ignore (Sys.opaque_identity (Bytes.create (1 lsl 16)));
    (try ignore (dig 20 0) with Done found -> sum := !sum + found);
    if round mod 10 = 0 then Gc.full_major ()
  done;
  for key = 1 to 20000 do
    Hashtbl.replace table key (string_of_int key)
  done;
  Printf.printf "%d %d\n" !sum (Hashtbl.length table)
