# continuations.rb - callcc copies the C stack away and back, any number of times: frames
# that have returned return again. No stub can be used twice then: --frames=plain only.
require 'continuation'

def walk(depth, &block)
  text = 'x' * (depth + 5)
  depth.zero? ? block.call : walk(depth - 1, &block) + text.size
end

kept = []
count = 0
result = walk(10) { callcc { |continuation| kept << continuation; 1 } }
count += 1
kept[count % kept.size].call(count) if count < 200
puts result, count
