# fibers.rb - fibers on stacks of their own, throws and exceptions by longjmp, threads.
def walk(depth, &block)
  text = 'x' * (depth + 5)
  depth.zero? ? block.call : walk(depth - 1, &block) + text.size
end

fiber = Fiber.new { 10.times { |turn| walk(turn) { Fiber.yield turn; 1 } }; :done }
11.times { p fiber.resume }
letters = [1, 2, 3].each
p letters.next, letters.next, letters.next
begin
  letters.next
rescue StopIteration => error
  p error.message
end
p catch(:found) { 100.times { |i| [1].each { throw :found, i if i == 57 } } }
threads = 20.times.map { |i| Thread.new { Array.new(1000) { |j| j.to_s }.size * i } }
p threads.map(&:value).sum
p (1..300).map { |i| i.to_s * i }.join.size
GC.start
