#!/bin/bash
# Ruby: hashes, strings, its garbage collector, fibers, threads, a forked child.
. "$OUTLIVE_ROOT_DIR/tests/programs/lib.sh"
needs /usr/bin/ruby
cat >work.rb <<'RUBY'
require 'json'
require 'digest'
data = (0...20000).map { |i| { "id" => i, "name" => "name #{i % 977}" * (i % 5), "tags" => [i % 7, "b"] } }
4.times { data = JSON.parse(JSON.generate(data)) }
puts Digest::SHA256.hexdigest(JSON.generate(data))
GC.start
fibers = (0...50).map { |n| Fiber.new { 100.times { |i| Fiber.yield "#{n}:#{i}" * 20 }; nil } }
length = 0
until fibers.empty?
  fibers.reject! { |fiber| text = fiber.resume; length += text.size if text; text.nil? }
end
puts length
puts (0...8).map { |n| Thread.new { (0...5000).map { |i| "thread #{n} #{i}" }.join.size } }.map(&:value).sum
child = fork { exit!((0...1000).map(&:to_s).join.size % 100) }
Process.wait(child)
puts $?.exitstatus
begin
  Integer("no number")
rescue ArgumentError => error
  puts error.message
end
puts "text #{1} and 22".gsub(/(\d+)/) { ($1.to_i * 3).to_s }
RUBY
same /usr/bin/ruby work.rb
agree
