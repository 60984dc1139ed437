/*
 * Lists groups with a C++17 class over uploadcare.h: to copy and to add to.
 *
 *     lister list              all groups, logged on stderr
 *     lister upload NAME SIZE  stdin, in parts
 *     lister interrupt         Ctrl-C stops the first call; the second goes on
 *     lister raise             each callback throws something
 *
 * Keys and addresses come from the environment.
 */
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <functional>
#include <iostream>
#include <iterator>
#include <memory>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include <uploadcare.h>

namespace uploadcare {

struct deleter {
    void operator()(void *owned) const noexcept { uc_free(owned); }
};

/** A pointer received without const. */
template <class T>
using owned = std::unique_ptr<T, deleter>;

class error : public std::runtime_error {
public:
    error(uc_status status, const uc_error &why)
        : std::runtime_error(std::string(uc_status_name(status)) + ": " + why.message), status_(status) {}

    uc_status status() const noexcept { return status_; }

private:
    uc_status status_;
};

/** What was thrown during the call that this thread is inside. Callbacks run on the thread of the call. */
inline thread_local std::exception_ptr thrown;

/** Inside a callback: nothing may be thrown through C, so it is kept, and the call is told to stop. */
template <class Result, class Body>
Result kept(Result stop, Body body) noexcept {
    if (thrown) return stop;
    try {
        return body();
    } catch (...) {
        thrown = std::current_exception();
        return stop;
    }
}

/** Calls what returns a uc_status; false is UC_DONE. Throws what a callback has thrown. */
template <class Function, class... Arguments>
bool call(Function function, Arguments... arguments) {
    uc_error *raw = nullptr;
    thrown = nullptr;
    const uc_status status = function(arguments..., &raw);
    const owned<uc_error> why(raw);
    if (thrown) std::rethrow_exception(std::exchange(thrown, nullptr));
    if (status < 0) throw error(status, *why);
    return status == UC_OK;
}

/** Calls what makes something, which is the last argument but one. */
template <class Made, class Function, class... Arguments>
owned<Made> made(Function function, Arguments... arguments) {
    Made *raw = nullptr;
    try {
        call(function, arguments..., &raw);
    } catch (...) {
        uc_free(raw); /* a callback has thrown, and yet the call succeeded */
        throw;
    }
    return owned<Made>(raw);
}

/** What a client calls; whatever they throw stops the call. */
struct callbacks {
    std::function<void(std::string_view line)> log;
    /** In place of the secret key: gives hex digits. */
    std::function<std::string(int32_t algorithm, std::string_view text)> sign;
    /** About ten times a second: true to stop. */
    std::function<bool()> tick;
};

/** All groups, once, a page in memory at a time: for (const uc_group &group : groups) */
class group_range {
public:
    class iterator {
    public:
        using iterator_category = std::input_iterator_tag;
        using value_type = const uc_group;
        using difference_type = std::ptrdiff_t;
        using pointer = const uc_group *;
        using reference = const uc_group &;

        iterator() = default;
        explicit iterator(uc_page *page) : page_(page) { ++*this; }

        /** Until the iterator moves. */
        reference operator*() const noexcept { return *group_; }
        pointer operator->() const noexcept { return group_; }

        iterator &operator++() {
            if (!call(uc_page_next_group, page_, &group_)) page_ = nullptr;
            return *this;
        }
        void operator++(int) { ++*this; }

        bool operator==(const iterator &other) const noexcept { return page_ == other.page_; }
        bool operator!=(const iterator &other) const noexcept { return page_ != other.page_; }

    private:
        uc_page *page_ = nullptr;
        const uc_group *group_ = nullptr;
    };

    group_range(std::shared_ptr<callbacks> callbacks, owned<uc_page> page)
        : callbacks_(std::move(callbacks)), page_(std::move(page)) {}

    iterator begin() const { return iterator(page_.get()); }
    iterator end() const { return iterator(); }

private:
    std::shared_ptr<callbacks> callbacks_; /* which the page goes on to use */
    owned<uc_page> page_;
};

/** Threads may share one. */
class client {
public:
    client(const std::string &public_key, const std::string &secret_key, const std::string &base,
           callbacks hooks = {})
        : callbacks_(std::make_shared<callbacks>(std::move(hooks))) {
        uc_client_opts opts = UC_CLIENT_OPTS_INIT;
        opts.api_base = base.c_str();
        opts.upload_base = base.c_str();
        opts.log_data = opts.sign_data = opts.tick_data = callbacks_.get();
        if (callbacks_->log)
            opts.log = [](void *data, int32_t, const char *line) {
                kept(0, [&] { return static_cast<callbacks *>(data)->log(line), 0; });
            };
        if (callbacks_->sign)
            opts.sign = [](void *data, int32_t algorithm, const char *text, char *hex, size_t size) {
                return kept(int32_t{1}, [&] {
                    const std::string signature = static_cast<callbacks *>(data)->sign(algorithm, text);
                    if (signature.size() >= size) throw std::length_error("the signature is too long");
                    std::memcpy(hex, signature.c_str(), signature.size() + 1);
                    return 0;
                });
            };
        /* also stops a call whose log has thrown */
        opts.tick = [](void *data) -> int32_t {
            const auto &tick = static_cast<callbacks *>(data)->tick;
            return kept(1, [&] { return tick && tick() ? 1 : 0; });
        };
        const char *secret = callbacks_->sign ? nullptr : secret_key.c_str();
        client_ = made<uc_client>(uc_client_new, public_key.c_str(), secret, &opts);
    }

    group_range groups(uint32_t limit, uint32_t read_ahead) const {
        uc_groups_opts opts = UC_GROUPS_OPTS_INIT;
        opts.limit = limit;
        opts.read_ahead = read_ahead;
        return group_range(callbacks_, made<uc_page>(uc_groups_list, client_.get(), &opts));
    }

    using progress_fn = std::function<void(int64_t done, int64_t total)>;

    /** The UUID of what the stream holds: `size` bytes, or with -1 all that comes. */
    std::string upload(std::istream &stream, int64_t size, const std::string &name,
                       progress_fn progress) const {
        uc_upload_opts opts = UC_UPLOAD_OPTS_INIT;
        opts.filename = name.c_str();
        opts.progress_data = &progress;
        opts.progress = [](void *progress_data, int64_t done, int64_t total) {
            return kept(int32_t{1}, [&] { return (*static_cast<progress_fn *>(progress_data))(done, total), 0; });
        };
        const uc_read_fn read = [](void *read_data, void *buffer, size_t room) {
            return kept(int64_t{-1}, [&] {
                auto &source = *static_cast<std::istream *>(read_data);
                source.read(static_cast<char *>(buffer), static_cast<std::streamsize>(room));
                if (source.bad()) throw std::ios_base::failure("the stream cannot be read");
                return static_cast<int64_t>(source.gcount());
            });
        };
        void *data = &stream;
        return made<uc_file>(uc_upload_stream, client_.get(), read, data, size, &opts)->uuid;
    }

    std::string project_name() const { return made<uc_project>(uc_project_info, client_.get())->name; }

private:
    std::shared_ptr<callbacks> callbacks_; /* outlives the client */
    owned<uc_client> client_;
};

} // namespace uploadcare

namespace {

std::string environment(const char *name) {
    const char *value = std::getenv(name);
    if (!value) throw std::runtime_error(std::string("set ") + name);
    return value;
}

uploadcare::client connect(uploadcare::callbacks hooks = {}) {
    return uploadcare::client(environment("UPLOADCARE_PUBLIC_KEY"), environment("UPLOADCARE_SECRET_KEY"),
                              environment("UPLOADCARE_API_BASE"), std::move(hooks));
}

void list() {
    const auto client = connect({[](std::string_view line) { std::cerr << line << '\n'; }, {}, {}});
    for (const uc_group &group : client.groups(20, 2)) std::cout << group.id << '\n';
}

void upload(const std::string &name, int64_t size) {
    const auto progress = [](int64_t done, int64_t total) { std::cerr << done << ' ' << total << '\n'; };
    std::cout << connect().upload(std::cin, size, name, progress) << '\n';
}

volatile std::sig_atomic_t interrupted;

extern "C" void on_interrupt(int) { interrupted = 1; }

void interrupt() {
    const auto client = connect({{}, {}, [] { return interrupted != 0; }});
    std::signal(SIGINT, on_interrupt);
    try {
        std::cout << "waiting" << std::endl;
        client.project_name();
    } catch (const uploadcare::error &error) {
        if (error.status() != UC_ERR_CANCELED) throw;
        interrupted = 0;
        std::cout << "interrupted" << std::endl;
    }
    std::cout << client.project_name() << '\n';
}

template <class Body>
void caught(std::string_view callback, Body body) {
    try {
        body();
    } catch (const std::logic_error &error) {
        std::cout << callback << ": " << error.what() << '\n';
    }
}

/** A stream that cannot be read, and says so. */
struct unreadable : std::streambuf {
    int_type underflow() override { throw std::logic_error("no more"); }
};

void raise() {
    const auto fail = [](auto...) { throw std::logic_error("no more"); };
    const auto fail_to_sign = [&](auto...) { return fail(), std::string(); };
    const auto client = connect();
    caught("log", [&] { connect({fail, {}, {}}).project_name(); });
    caught("progress", [&] {
        std::istringstream stream(std::string(100, 'x'));
        client.upload(stream, -1, "x", fail);
    });
    caught("read", [&] {
        unreadable buffer;
        std::istream stream(&buffer);
        stream.exceptions(std::ios::badbit); /* else the stream keeps it to itself */
        client.upload(stream, -1, "nothing", [](auto...) {});
    });
    caught("sign", [&] { connect({{}, fail_to_sign, {}}).project_name(); });
    std::cout << client.project_name() << '\n';
}

} // namespace

int main(int argc, char **argv) {
    const std::string_view command = argc > 1 ? argv[1] : "";
    try {
        if (command == "list" && argc == 2) list();
        else if (command == "upload" && argc == 4) upload(argv[2], std::stoll(argv[3]));
        else if (command == "interrupt" && argc == 2) interrupt();
        else if (command == "raise" && argc == 2) raise();
        else throw std::invalid_argument("usage: lister list | upload NAME SIZE | interrupt | raise");
    } catch (const std::exception &failure) {
        std::cerr << failure.what() << '\n';
        return 1;
    }
    return 0;
}
