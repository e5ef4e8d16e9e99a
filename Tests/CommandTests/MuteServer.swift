import TestSupport

/// An RTSP server that answers some requests and then sends nothing, with the connection open.
final class MuteServer: PortProcess {
  var url: String { "rtsp://127.0.0.1:\(port)/test" }

  private static let script = """
    import socket, sys, threading
    SDP = ('v=0\\r\\no=- 1 1 IN IP4 127.0.0.1\\r\\ns=x\\r\\nt=0 0\\r\\nm=video 0 RTP/AVP 96\\r\\n'
           'a=rtpmap:96 H264/90000\\r\\na=control:s0\\r\\n')
    def header(request, name):
        return next((line.split(':', 1)[1].strip() for line in request.split('\\r\\n')
                     if line.lower().startswith(name + ':')), '')
    def serve(client, answers):
        data = ''
        while True:
            piece = client.recv(4096)
            if not piece:
                return
            data += piece.decode()
            while '\\r\\n\\r\\n' in data:
                request, data = data.split('\\r\\n\\r\\n', 1)
                answers -= 1
                if answers < 0:
                    continue
                reply = f'RTSP/1.0 200 OK\\r\\nCSeq: {header(request, "cseq")}\\r\\nSession: 1\\r\\n'
                if request.startswith('OPTIONS'):
                    reply += 'Public: DESCRIBE, SETUP, PLAY, TEARDOWN\\r\\n'
                if request.startswith('SETUP'):
                    asked = header(request, 'transport')
                    reply += f'Transport: {asked if "TCP" in asked else asked + ";server_port=9998-9999"}\\r\\n'
                body = SDP if request.startswith('DESCRIBE') else ''
                if body:
                    reply += f'Content-Type: application/sdp\\r\\nContent-Length: {len(body)}\\r\\n'
                client.sendall((reply + '\\r\\n' + body).encode())
    listener = socket.socket()
    listener.bind(('127.0.0.1', 0))
    listener.listen(8)
    print(listener.getsockname()[1], flush=True)
    while True:
        client = listener.accept()[0]
        threading.Thread(target=serve, args=(client, int(sys.argv[1])), daemon=True).start()
    """

  init(answers: Int) throws { try super.init(python: ["-c", Self.script, String(answers)]) }
}
