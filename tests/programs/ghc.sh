#!/bin/bash
# Haskell: GHC compiles a program, and the program runs; both with GHC's runtime, whose
# stacks are its own.
. "$OUTLIVE_ROOT_DIR/tests/programs/lib.sh"
needs ghc
cat >Main.hs <<'HASKELL'
module Main (main) where
import Control.Concurrent
import Control.Exception
import Control.Monad
import Data.List (foldl', sort)
import Foreign.Marshal.Alloc (allocaBytes, mallocBytes, free)
import Foreign.Marshal.Array (peekArray, pokeArray)
import Foreign.Ptr (Ptr)
import qualified Data.Map as Map

main :: IO ()
main = do
  let table = foldl' (\m i -> Map.insertWith (++) (i `mod` 997) [i] m) Map.empty [1 .. 50000 :: Int]
  print (sum (map length (Map.elems table)), sort (take 5 (Map.findWithDefault [] 7 table)))
  blocks <- forM [1 .. 1000] $ \i -> do
    block <- mallocBytes (i * 8) :: IO (Ptr Int)
    pokeArray block [1 .. i]
    return (i, block)
  sums <- forM blocks $ \(i, block) -> sum <$> peekArray i block
  forM_ blocks (free . snd)
  print (sum sums)
  done <- newEmptyMVar
  forM_ [1 .. 8 :: Int] $ \n -> forkIO (evaluate (length (show (product [1 .. toInteger n * 300]))) >>= putMVar done)
  replicateM 8 (takeMVar done) >>= print . sum
  result <- try (evaluate (1 `div` (0 :: Int))) :: IO (Either ArithException Int)
  print result
HASKELL
cat >work.sh <<'SCRIPT'
rm -f Main Main.o Main.hi
ghc -v0 -O1 -threaded -rtsopts Main.hs || exit 1
./Main +RTS -N2
SCRIPT
same bash work.sh
agree
made=$("$OUTLIVE" info --format json t.outlive | jq '[.processes[] |
	select(.executable | endswith("/Main")) | .allocations] | add')
[ "${made:-0}" -ge 1000 ] || complain "Main made $made blocks, 1,000 at least expected"
