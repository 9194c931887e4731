# Ruby may learn of the end of its stack by SIGSEGV.
def descend(depth) = descend(depth + 1) + 1
def overflow
  descend(0)
rescue SystemStackError
  puts 'overflow'
end
overflow
Thread.new { overflow }.join
