// Threads of the standard library: blocks of one thread, and such as cross to another.
//
// build: -pthread
// truth: squares freed work
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <pthread.h>

static thread_local long sink;

struct Message {
	std::string text;
	std::vector<int> numbers;
};

class Channel {
	std::mutex lock;
	std::condition_variable filled;
	std::deque<std::unique_ptr<Message>> messages;

public:
	void send(std::unique_ptr<Message> message)
	{
		std::lock_guard<std::mutex> hold(lock);
		messages.push_back(std::move(message));
		filled.notify_one();
	}
	std::unique_ptr<Message> receive()
	{
		std::unique_lock<std::mutex> hold(lock);
		filled.wait(hold, [this] { return !messages.empty(); });
		auto message = std::move(messages.front());
		messages.pop_front();
		return message;
	}
};

static std::vector<long> squares(int count)
{
	std::vector<long> result;
	for (long i = 0; i < count; i++)
		result.push_back(i * i);
	return result;
}

static void work(int number)
{
	auto all = squares(number % 20);
	std::string text(20 + number % 8, 'w');
	sink += (long)(all.size() + text.size());
}

static std::unique_ptr<Message> make_message(int number)
{
	auto message = std::make_unique<Message>();
	message->text.assign(40, (char)('a' + number % 26));
	message->numbers.assign(6, number);
	return message;
}

static void send_all(Channel &channel)
{
	for (int i = 0; i < 600; i++) {
		work(i);
		channel.send(make_message(i));
	}
}

static void receive_all(Channel &channel)
{
	for (int i = 0; i < 600; i++) {
		auto message = channel.receive();
		work(i);
		sink += (long)message->text.size();
	}
}

int main()
{
	Channel channel;
	std::thread one([&] {
		pthread_setname_np(pthread_self(), "sender");
		send_all(channel);
	});
	one.join();
	std::thread two([&channel] {
		pthread_setname_np(pthread_self(), "receiver");
		receive_all(channel);
	});
	two.join();
	return 0;
}
